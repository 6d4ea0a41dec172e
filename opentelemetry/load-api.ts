import { createRequire } from 'node:module';
import type * as OpenTelemetry from '@opentelemetry/api';
import { UActorError } from '../index.ts';

/** OpenTelemetry's API, which is one for all copies of its package in the process. */
export type Api = typeof OpenTelemetry;

/** @throws `UActorError` when the package is not installed. */
export function loadApi(): Api {
  try {
    // Not by import(): a process is instrumented before anything else in it runs.
    const api: Api = createRequire(import.meta.url)('@opentelemetry/api');
    return api;
  } catch (error) {
    throw new UActorError(
      'uactor/opentelemetry needs a package that is not installed here: npm install @opentelemetry/api, and the SDK that exports ' +
        'what it collects, such as @opentelemetry/sdk-node',
      { cause: error },
    );
  }
}
