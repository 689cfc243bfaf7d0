// For tests: a browserless visitor for what needs no browser.

export interface Visit {
  readonly status: number;
  readonly path: string;
  readonly text: string;
  readonly headers: Headers;
}

/** Follows redirects and keeps cookies, as a browser does, and nothing more. */
export class Visitor {
  readonly #base: string;
  readonly cookies = new Map<string, string>();
  #formToken = '';

  constructor(base: string) {
    this.#base = base;
  }

  async get(path: string): Promise<Visit> {
    return this.#follow(path, { method: 'GET' });
  }

  /** Posts a form with the token of the last page, unless `fields` has one of its own. */
  async post(path: string, fields: Record<string, string> = {}): Promise<Visit> {
    const body = new URLSearchParams({ formToken: this.#formToken, ...fields });
    return this.#follow(path, { method: 'POST', body });
  }

  /** The same for a form whose fields may come several times. */
  async postAll(path: string, fields: readonly (readonly [string, string])[]): Promise<Visit> {
    const body = new URLSearchParams([['formToken', this.#formToken], ...fields.map(([...pair]) => pair)]);
    return this.#follow(path, { method: 'POST', body });
  }

  async signIn(): Promise<Visit> {
    return this.get('/sign-in');
  }

  async #follow(path: string, init: RequestInit): Promise<Visit> {
    let url = new URL(path, this.#base);
    let request = init;
    for (let hop = 0; hop < 10; hop++) {
      const own = url.origin === new URL(this.#base).origin;
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(url, {
        ...request,
        redirect: 'manual',
        headers: own && cookie ? { cookie } : {},
      });
      if (own) this.#keepCookies(answer.headers.getSetCookie());
      const location = answer.headers.get('location');
      if (!location) {
        const text = await answer.text();
        this.#formToken = /name="formToken" value="([^"]+)"/.exec(text)?.[1] ?? this.#formToken;
        return { status: answer.status, path: url.pathname, text, headers: answer.headers };
      }
      await answer.body?.cancel();
      url = new URL(location, url);
      request = { method: 'GET' };
    }
    throw new Error('too many redirects');
  }

  #keepCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}
