import type { CallMessages, ControlMessages, ReplyMessages } from '../../core/session/message-reader.ts';

type Messages = CallMessages & ReplyMessages & ControlMessages;

type Said = readonly [keyof Messages, ...unknown[]];

/** Records messages: the name of the called method, then its arguments. */
export class MessageRecord implements CallMessages, ReplyMessages, ControlMessages {
  readonly told: Said[] = [];
  readonly called: Messages['called'] = (...args) => {
    const [metadata] = args.splice(6);
    this.told.push(['called', ...args, ...(metadata === undefined ? [] : [metadata])]);
  };
  readonly refused: Messages['refused'] = (...args) => void this.told.push(['refused', ...args]);
  readonly replying: Messages['replying'] = () => undefined;
  readonly replied: Messages['replied'] = (...args) => void this.told.push(['replied', ...args]);
  readonly cancelled: Messages['cancelled'] = (...args) => void this.told.push(['cancelled', ...args]);
  readonly released: Messages['released'] = (...args) => void this.told.push(['released', ...args]);
  readonly granted: Messages['granted'] = (...args) => void this.told.push(['granted', ...args]);
  readonly claimed: Messages['claimed'] = (...args) => void this.told.push(['claimed', ...args]);
  readonly greeted: Messages['greeted'] = (...args) => void this.told.push(['greeted', ...args]);
  readonly left: Messages['left'] = (...args) => void this.told.push(['left', ...args]);
  readonly exposed: Messages['exposed'] = (...args) => void this.told.push(['exposed', ...args]);
  readonly pinged: Messages['pinged'] = () => void this.told.push(['pinged']);
  readonly ponged: Messages['ponged'] = () => void this.told.push(['ponged']);
  readonly credited: Messages['credited'] = (...args) => void this.told.push(['credited', ...args]);
  readonly violation: Messages['violation'] = (...args) => void this.told.push(['violation', ...args]);
}
