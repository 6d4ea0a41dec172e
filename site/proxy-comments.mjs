/**
 * A plug-in of TypeDoc: the members of a proxy have the descriptions of the object's members. The types of proxies are mapped from the
 * object's class, and TypeDoc looks for a description where the mapping is written.
 */
import { Converter, ReflectionKind } from 'typedoc';

export function load({ converter, options }) {
  converter.on(Converter.EVENT_CREATE_SIGNATURE, (context, signature) => {
    if (signature.comment !== undefined) return;
    const symbol = context.getSymbolFromReflection(signature.parent);
    for (const declaration of symbol?.declarations ?? []) {
      signature.comment ??= withoutParameters(context.getSignatureComment(declaration)?.clone());
    }
  });
  converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (reflection.comment !== undefined || reflection.kind !== ReflectionKind.Property) return;
    const symbol = context.getSymbolFromReflection(reflection);
    for (const declaration of symbol?.declarations ?? []) {
      reflection.comment ??= context.getSignatureComment(declaration)?.clone();
    }
  });
  // The description of what has an inline type describes its fields, and every error's `name` is the name of its class.
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const described = project
      .getReflectionsByKind(ReflectionKind.Property)
      .filter((reflection) => !reflection.hasComment() && !belongsToParameter(reflection))
      .filter(
        ({ name, parent, inheritedFrom }) =>
          parent.kind === ReflectionKind.TypeLiteral ||
          (name === 'name' && parent.name.endsWith('Error') && inheritedFrom === undefined),
      );
    const names = new Set(described.map((reflection) => reflection.getFriendlyFullName()));
    options.setValue('intentionallyNotDocumented', [...names]);
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

/** TypeDoc itself asks for no description within the type of a parameter. */
function belongsToParameter({ parent }) {
  return parent !== undefined && (parent.kind === ReflectionKind.Parameter || belongsToParameter(parent));
}
