import { demoHost, demoSamples, demoTrafficSamples } from '../host/demo/demo-host.ts';
import { openConsole } from './console.ts';
import type { CommonOptions } from './options.ts';
import type { Output } from './output.ts';

/** Opens the console on a simulated hub. */
export function openDemo(options: CommonOptions, output: Output): Promise<number> {
  const host = demoHost();
  const past = [...demoTrafficSamples(host), ...demoSamples(host)];
  return openConsole(host, { ...options, orDemo: false }, ['demo'], output, past);
}
