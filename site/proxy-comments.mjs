/**
 * A plug-in of TypeDoc: the methods of a proxy have the descriptions of the object's methods. The types of proxies are mapped from the
 * object's class, and TypeDoc looks for a description where the mapping is written.
 */
import { Converter } from 'typedoc';

export function load({ converter }) {
  converter.on(Converter.EVENT_CREATE_SIGNATURE, (context, signature) => {
    if (signature.comment !== undefined) return;
    const symbol = context.getSymbolFromReflection(signature.parent);
    for (const declaration of symbol?.declarations ?? []) {
      signature.comment ??= withoutParameters(context.getSignatureComment(declaration)?.clone());
    }
  });
}

/** A mapped method has one parameter, `args`: what the original says of its own ones becomes text. */
function withoutParameters(comment) {
  for (const { name, content } of comment?.getTags('@param') ?? []) {
    comment.summary.push({ kind: 'text', text: `\n\n\`${name}\`: ` }, ...content);
  }
  comment?.removeTags('@param');
  return comment;
}
