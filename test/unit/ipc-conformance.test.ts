import { describe, expect, test } from 'vitest';
import { createIpc } from '../../transports/ipc/index.ts';
import { transportConformance } from '../conformance/transport-suite.ts';

transportConformance({ describe, expect, test }, { transport: createIpc() });
