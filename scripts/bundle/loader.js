/*
 * Stands at the top of dist/meshtui.mjs. The parts below the first one are comments, each in a function of its own that
 * gives its line in the file; V8 passes over a comment at the speed of memory, and its text is a part of the file as it
 * was read at the start, whatever has been written over it since.
 */
const $meta = import.meta;
const $modules = {};
const $loaded = new Set(['first']);
const $found = new Map();

function $own(modules) {
  Object.assign($modules, modules);
}

/** A module of a part, which is loaded if it is not. */
function $need(part, id) {
  if (!$loaded.has(part)) {
    $loaded.add(part);
    const holder = $parts[part];
    const text = String(holder);
    const code = text.slice(text.indexOf('/*\n') + 3, text.lastIndexOf('*/')).replaceAll('*@/', '*/');
    const names = ['$own', '$need', '$import', '$meta'];
    const options = { filename: $meta.url, lineOffset: holder() - 1 };
    process.getBuiltinModule('node:vm').compileFunction(code, names, options)($own, $need, $import, $meta);
  }
  if (!$found.has(id)) $found.set(id, $modules[id]());
  return $found.get(id);
}

async function $import(part, id) {
  return $need(part, id);
}
