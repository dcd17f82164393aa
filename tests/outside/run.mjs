// Runs the suites of others against a running server: `node run.mjs http://127.0.0.1:8080`.
// Exit code 1 when an audit is not ok or a client sees something else than its protocol promises.
import { serverAudits } from "graphql-http";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import WebSocket from "ws";

const base = process.argv[2];
if (!base) throw new Error("usage: node run.mjs <base url>");
const url = new URL("/graphql", base).href;
const socketUrl = url.replace(/^http/, "ws");
const failures = [];
const check = (name, good, detail = "") => {
  console.log(`${good ? "ok  " : "FAIL"}  ${name}${good ? "" : `: ${detail}`}`);
  if (!good) failures.push(name);
};

// ---- GraphQL over HTTP ----
const audits = serverAudits({ url, fetchFn: fetch });
const results = await Promise.all(audits.map((audit) => audit.fn()));
const notOk = results.filter((result) => result.status !== "ok");
for (const { id, name, status, reason } of notOk) console.log(`      ${status} ${id} ${name}: ${reason}`);
check(`graphql-http: ${results.length - notOk.length} of ${results.length} audits`, notOk.length === 0, "see above");

// ---- graphql-transport-ws ----
const closeCode = (messages, protocol = "graphql-transport-ws") =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(socketUrl, protocol);
    socket.on("open", () => messages.forEach((m) => socket.send(typeof m === "string" ? m : JSON.stringify(m))));
    socket.on("close", (code) => resolve(code));
    socket.on("error", reject);
  });
const init = { type: "connection_init" };
const subscribe = (id, query) => ({ id, type: "subscribe", payload: { query } });
const token = (value) => ({ type: "connection_init", payload: { authorization: value } });
for (const [name, messages, expected] of [
  ["an invalid message", ["{"], 4400],
  ["an unknown type", [{ type: "hello" }], 4400],
  ["a subscription before the handshake", [subscribe("1", "{__typename}")], 4401],
  ["a token that is not valid", [token("Bearer forged.forged.forged")], 4403],
  ["a handshake that never comes", [], 4408],
  ["a second handshake", [init, init], 4429],
]) {
  const code = await closeCode(messages);
  check(`graphql-transport-ws: ${name} closes with ${expected}`, code === expected, code);
}

const wsClient = createWsClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
const collect = (client, query) =>
  new Promise((resolve) => {
    const seen = [];
    client.subscribe(
      { query },
      {
        next: (value) => seen.push(value),
        error: (error) => resolve({ seen, error }),
        complete: () => resolve({ seen }),
      },
    );
  });
const overWs = await collect(wsClient, "{ __typename }");
check("graphql-ws client: one result, then complete", overWs.seen[0]?.data?.__typename === "Query", JSON.stringify(overWs));
const refusedWs = await collect(wsClient, "{ nothing }");
check(
  "graphql-ws client: an invalid document is an error with a code",
  refusedWs.error?.[0]?.extensions?.code === "GRAPHQL_VALIDATION_FAILED",
  JSON.stringify(refusedWs),
);
await wsClient.dispose();

// ---- graphql-sse, distinct connections mode ----
const sseClient = createSseClient({ url, retryAttempts: 0 });
const overSse = await collect(sseClient, "{ __typename }");
check("graphql-sse client: one result, then complete", overSse.seen[0]?.data?.__typename === "Query", JSON.stringify(overSse));
const refusedSse = await collect(sseClient, "{ nothing }");
check(
  "graphql-sse client: an invalid document is a result with errors",
  refusedSse.seen[0]?.errors?.[0]?.extensions?.code === "GRAPHQL_VALIDATION_FAILED",
  JSON.stringify(refusedSse),
);
sseClient.dispose();

// ---- the nested-fragment document, over every transport ----
let bomb = "{...F0}";
for (let i = 0; i < 26; i += 1) bomb += ` fragment F${i} on Query{...F${i + 1} ...F${i + 1}}`;
bomb += " fragment F26 on Query{__typename}";
const begin = performance.now();
const overHttp = await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
  body: JSON.stringify({ query: bomb }),
});
check("nested fragments are refused over HTTP", overHttp.status === 400, overHttp.status);
const bombWs = await collect(createWsClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 }), bomb);
check("nested fragments are refused over WebSocket", bombWs.error !== undefined, JSON.stringify(bombWs));
const bombSse = await collect(createSseClient({ url, retryAttempts: 0 }), bomb);
check("nested fragments are refused over SSE", bombSse.seen[0]?.errors !== undefined, JSON.stringify(bombSse));
const elapsed = Math.round(performance.now() - begin);
check(`nested fragments cost ${elapsed} ms`, elapsed < 1000, `${elapsed} ms`);

// ---- introspection as tools ask it ----
const { getIntrospectionQuery, buildClientSchema } = await import("graphql");
const introspection = await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query: getIntrospectionQuery({ specifiedByUrl: true, oneOf: true }) }),
}).then((response) => response.json());
const types = introspection.data ? Object.keys(buildClientSchema(introspection.data).getTypeMap()).length : 0;
check(`introspection gives a schema of ${types} types`, types > 20, JSON.stringify(introspection).slice(0, 300));

console.log(failures.length === 0 ? "outside suites: all ok" : `outside suites: ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
