import type { BaseProxy } from 'uactor';
import { proxyReference } from '../../dist/core/proxy/base-proxy.js';
import { RemoteReference } from '../../dist/core/references/remote-reference.js';
import { Session } from '../../dist/core/session/session.js';

/** What hangs on the session of a proxy: calls, references, bytes. */
export function loadOf(proxy: BaseProxy): Session['load'] {
  const reference = proxyReference(proxy);
  if (reference instanceof RemoteReference && reference.session instanceof Session) return reference.session.load;
  throw new Error('this proxy is not remote');
}
