import { createRequire } from 'node:module';
import type * as OpenTelemetry from '@opentelemetry/api';
import { UActorError } from '../index.ts';

/** OpenTelemetry's API. All copies of its package in a process share the same registered providers. */
export type Api = typeof OpenTelemetry;

/**
 * Loads the API.
 *
 * @throws `UActorError` when the package is not installed.
 */
export function loadApi(): Api {
  try {
    // Synchronous, unlike import(): a process is instrumented before any of its other code runs.
    const api: Api = createRequire(import.meta.url)('@opentelemetry/api');
    return api;
  } catch (error) {
    throw new UActorError(
      'uactor/opentelemetry needs a package that is not installed here: npm install @opentelemetry/api, and an SDK that exports ' +
        'its spans and metrics, such as @opentelemetry/sdk-node',
      { cause: error },
    );
  }
}
