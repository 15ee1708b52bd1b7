import { type FrameForm, frameForm } from './frame-form.js';

/** What the URL of an upgrade asks for. */
export interface StreamPath {
  readonly form: FrameForm;
  readonly streams: readonly string[];
}

// Clients that open several sockets number them in the path (`/ws/0`); no stream has such a name.
const LABEL = /^\d*$/;

/**
 * Reads `/ws[/<stream>…]`, `/stream?streams=a/b`, `/stream` and `/stream/ws[/…]` (raw), each with an optional
 * `timeUnit`. Returns the HTTP status to refuse with when it is none of them.
 */
export function parseStreamPath(path: string): StreamPath | { readonly refuse: number } {
  const [pathname = '', search = ''] = path.split('?', 2);
  // Names of streams hold a plus (`@+08:00`) and never a space.
  const query = new URLSearchParams(search.replaceAll('+', '%2B'));
  const unit = unitOf(query.get('timeUnit'));
  if (unit === undefined) return { refuse: 400 };
  const raw = /^(?:\/stream)?\/ws(?:\/(.*))?$/.exec(pathname);
  if (raw) {
    const streams = decode(raw[1] ?? '');
    return streams === undefined ? { refuse: 400 } : { form: frameForm(false, unit), streams: names(streams) };
  }
  if (pathname !== '/stream' && pathname !== '/stream/') return { refuse: 404 };
  return { form: frameForm(true, unit), streams: names(query.get('streams') ?? '') };
}

function unitOf(value: string | null): 1 | 1000 | undefined {
  const name = value?.toUpperCase() ?? 'MILLISECOND';
  if (name === 'MILLISECOND') return 1;
  return name === 'MICROSECOND' ? 1000 : undefined;
}

function names(list: string): string[] {
  return list.split('/').filter((name) => !LABEL.test(name));
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
