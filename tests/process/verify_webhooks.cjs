// Reads one JSON object a line, {library, key, headers, body}, and prints "good" or "bad" for each: what the published
// libraries say, and for v1a, which they do not know, what Node's own Ed25519 says.
const crypto = require("node:crypto");
const readline = require("node:readline");
const { createRequire } = require("node:module");

const from = createRequire(process.argv[2] + "/");
const libraries = { standardwebhooks: from("standardwebhooks").Webhook, svix: from("svix").Webhook };

function verifyAsymmetric(key, headers, body) {
  const point = Buffer.from(key.slice("whpk_".length), "base64");
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), point]);
  const shown = crypto.createPublicKey({ key: der, format: "der", type: "spki" });
  const signed = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
  const good = headers["webhook-signature"].split(" ").some((one) => {
    const [version, signature] = one.split(",");
    return version === "v1a" && crypto.verify(null, signed, shown, Buffer.from(signature, "base64"));
  });
  if (!good) throw new Error("no signature fits");
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { library, key, headers, body } = JSON.parse(line);
  try {
    if (library === "node") verifyAsymmetric(key, headers, body);
    else new libraries[library](key).verify(body, headers);
    console.log("good");
  } catch (problem) {
    console.log("bad");
  }
});
