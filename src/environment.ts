import { existsSync } from 'node:fs';

/** Where `make demo` leaves the addresses of the databases that it started. */
export const DEMO_ENVIRONMENT = '.registry/demo.env';

/** Adds the settings of `.env`, or else those of the demo, to the environment; what is set already stays. */
export function loadEnvironment(): NodeJS.ProcessEnv {
  const file = ['.env', DEMO_ENVIRONMENT].find((each) => existsSync(each));
  if (file) process.loadEnvFile(file);
  return process.env;
}
