/** What stands for a character that no XML document may hold, not even as a reference. */
const REPLACEMENT = '\uFFFD';

// Char of XML 1.0, section 2.2; a lone surrogate is outside of it.
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

type XmlAttributes = Readonly<Record<string, string | number | undefined>>;

/** An element with others inside, each on a line of its own; attributes without a value are left out. */
export function xmlElement(name: string, attributes: XmlAttributes, children: readonly string[] = []): string {
  const head = `${name}${attributesOf(attributes)}`;
  if (children.length === 0) return `<${head}/>`;
  return [`<${head}>`, ...children, `</${name}>`].join('\n');
}

/** An element with text alone. */
export function xmlLeaf(name: string, attributes: XmlAttributes, text: string): string {
  return `<${name}${attributesOf(attributes)}>${xmlText(text)}</${name}>`;
}

function attributesOf(attributes: XmlAttributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${xmlAttribute(String(value))}"`)
    .join('');
}

// Between tags. A carriage return is written as a reference, because parsers turn a plain one into a line feed.
function xmlText(text: string): string {
  return text
    .replaceAll(FORBIDDEN, REPLACEMENT)
    .replaceAll(/[&<>]/g, (character) => ENTITIES[character] ?? character)
    .replaceAll('\r', '&#13;');
}

// In an attribute in double quotes; white space as references, because parsers turn it into spaces.
function xmlAttribute(text: string): string {
  return text
    .replaceAll(FORBIDDEN, REPLACEMENT)
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replaceAll(/[\t\n\r]/g, (space) => `&#${space.charCodeAt(0)};`);
}
