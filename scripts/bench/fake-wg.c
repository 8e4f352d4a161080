/*
 * `wg show all dump` of a pretend hub, at the speed of the real program. The directory in BENCH_HUB holds
 *   hub   one line a row: printed as it is, or, with bars in it,
 *         HEAD|KEEPALIVE|RX|RX STEP|TX|TX STEP|HANDSHAKE|PHASE
 *   turn  how often this program has run; each run is one step further.
 * A row with steps moves by half a step to one and a half each turn and shakes hands every two minutes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static unsigned long long next_turn(const char *directory) {
  char path[4096], text[32] = "";
  snprintf(path, sizeof path, "%s/turn", directory);
  int file = open(path, O_RDWR | O_CREAT, 0600);
  if (file < 0 || read(file, text, sizeof text - 1) < 0) exit(3);
  unsigned long long turn = strtoull(text, NULL, 10) + 1;
  int length = snprintf(text, sizeof text, "%llu", turn);
  if (pwrite(file, text, length, 0) != length) exit(3);
  return turn;
}

static char *read_hub(const char *directory) {
  char path[4096];
  struct stat info;
  snprintf(path, sizeof path, "%s/hub", directory);
  int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &info) < 0) exit(4);
  char *text = malloc(info.st_size + 1);
  if (text == NULL || read(file, text, info.st_size) != info.st_size) exit(4);
  text[info.st_size] = '\0';
  return text;
}

int main(int count, char **words) {
  const char *directory = getenv("BENCH_HUB");
  if (count != 4 || strcmp(words[1], "show") || strcmp(words[2], "all") || strcmp(words[3], "dump") || !directory) {
    fputs("the bench's wg knows only: show all dump\n", stderr);
    return 1;
  }
  unsigned long long turn = next_turn(directory), now = time(NULL), row = 0;
  static char buffer[1 << 18];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  for (char *line = strtok(read_hub(directory), "\n"); line != NULL; line = strtok(NULL, "\n"), row++) {
    char *bar = strchr(line, '|');
    if (bar == NULL) {
      puts(line);
      continue;
    }
    *bar = '\0';
    char *keepalive = bar + 1, *end = strchr(keepalive, '|');
    *end = '\0';
    unsigned long long number[6];
    for (int i = 0; i < 6; i++) number[i] = strtoull(end + 1, &end, 10);
    unsigned long long wobble = (turn * 7919 + row * 104729) % 1024;
    unsigned long long rx = number[0] + number[1] * turn + number[1] * wobble / 2048;
    unsigned long long tx = number[2] + number[3] * turn + number[3] * wobble / 2048;
    unsigned long long handshake = number[1] == 0 ? number[4] : now - (now + number[5]) % 120;
    printf("%s\t%llu\t%llu\t%llu\t%s\n", line, handshake, rx, tx, keepalive);
  }
  return fflush(stdout) == 0 ? 0 : 5;
}
