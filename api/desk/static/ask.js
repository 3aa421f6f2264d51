// Questions to the server: every one carries the session's own word, and none throws.

const headers = () => ({ "x-csrf": document.body.dataset.csrf });

// A part of a page. With data: something is claimed or changed by asking.
export async function part(url, data) {
  try {
    const answer = await fetch(url, data ? { method: "POST", headers: headers() } : { headers: headers() });
    return { ok: answer.ok, status: answer.status, state: answer.headers.get("x-case"), html: await answer.text() };
  } catch {
    return { ok: false, status: 0, state: null, html: "" };
  }
}

// What came of a form: {ok, status, document}.
export async function ask(url, data) {
  try {
    const answer = await fetch(url, { method: "POST", body: data, headers: { ...headers(), accept: "application/json" } });
    const document = await answer.json().catch(() => ({}));
    return { ok: answer.ok, status: answer.status, document };
  } catch {
    return { ok: false, status: 0, document: {} };
  }
}
