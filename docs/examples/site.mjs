// Greenroom from Node 18 or newer, without any package: submit a comment, verify a webhook, catch up.
//   GREENROOM=http://127.0.0.1:8000 SITE_KEY=gr_site_... node site.mjs submit ID TEXT NAME
//   WEBHOOK_SECRET=whsec_... node site.mjs verify WEBHOOK-ID WEBHOOK-TIMESTAMP WEBHOOK-SIGNATURE < body
//   GREENROOM=... SITE_KEY=... node site.mjs catch-up [PLACE]
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

const { GREENROOM, SITE_KEY, WEBHOOK_SECRET } = process.env;

async function ask(path, options = {}) {
  const headers = { Authorization: `Bearer ${SITE_KEY}`, "Content-Type": "application/json", ...options.headers };
  const answer = await fetch(GREENROOM + path, { ...options, headers, signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json();
}

function submit(externalId, text, name) {
  const comment = {
    external_id: externalId, // yours: sent again, it is the same comment
    body: text,
    author: { name },
    page: { url: "https://courier.example/news/1" },
  };
  return ask("/v1/comments", { method: "POST", body: JSON.stringify(comment), headers: { Prefer: "wait=5" } });
}

// Standard Webhooks: HMAC-SHA256 over 'id.timestamp.body', base64; not older than five minutes.
function verify(id, timestamp, signatures) {
  const body = readFileSync(0);
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) throw new Error("too old, or too young");
  const key = Buffer.from(WEBHOOK_SECRET.replace("whsec_", ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  const good = signatures.split(" ").some((each) => {
    const given = Buffer.from(each.replace("v1,", ""), "base64");
    return each.startsWith("v1,") && given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!good) throw new Error("it is not from Greenroom");
  return JSON.parse(body);
}

// What was settled since; keep 'next', it is the place for the next time.
const catchUp = (place) => ask("/v1/outcomes" + (place ? `?after=${encodeURIComponent(place)}` : ""));

const [, , what, ...given] = process.argv;
try {
  console.log(JSON.stringify(await { submit, verify, "catch-up": catchUp }[what](...given)));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
