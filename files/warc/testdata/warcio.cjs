// What npm's warcio, a reader and writer that is none of ours, makes of a file:
//   node warcio.cjs read FILE    a JSON line for each record
//   node warcio.cjs index FILE   the index, as its cdx-index has it
//   node warcio.cjs write FILE   records of its own
const { WARCParser, WARCRecord, WARCSerializer, CDXIndexer } = require("warcio");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const [how, file] = process.argv.slice(2);
const sum = (bytes) => "sha1:" + createHash("sha1").update(bytes).digest("hex");

async function read() {
  const parser = new WARCParser(fs.createReadStream(file), { parseHttp: false });
  for await (const record of parser) {
    const block = Buffer.from(await record.readFully(false));
    const head = block.indexOf("\r\n\r\n");
    const header = (name) => record.warcHeader(name) ?? "";
    process.stdout.write(JSON.stringify({
      type: record.warcType,
      id: header("WARC-Record-ID"),
      uri: record.warcTargetURI ?? "",
      date: record.warcDate,
      version: record.warcHeaders.statusline,
      concurrent: header("WARC-Concurrent-To"),
      profile: header("WARC-Profile"),
      truncated: header("WARC-Truncated"),
      blockDigest: header("WARC-Block-Digest"),
      payloadDigest: header("WARC-Payload-Digest"),
      block: sum(block),
      payload: head < 0 ? "" : sum(block.subarray(head + 4)),
      offset: parser.offset,
      length: parser.recordLength,
    }) + "\n");
  }
}

async function index() {
  const indexer = new CDXIndexer({ format: "cdxj" });
  await indexer.writeAll([{ filename: path.basename(file), reader: fs.createReadStream(file) }], process.stdout);
}

async function write() {
  const warcVersion = "WARC/1.1";
  const records = [await WARCRecord.createWARCInfo({ filename: path.basename(file), warcVersion }, { software: "warcio.js" })];
  for (let i = 0; i < 3; i++) {
    async function* content() { yield new TextEncoder().encode(`page ${i} `.repeat(i * 10000)); }
    records.push(await WARCRecord.create({
      url: `http://example.com/${i}`, date: "2026-11-26T12:00:00Z", type: "response", warcVersion,
      httpHeaders: { "Content-Type": 'text/plain; charset="UTF-8"' },
    }, content()));
  }
  for (const record of records) {
    fs.appendFileSync(file, await WARCSerializer.serialize(record, { gzip: file.endsWith(".gz") }));
  }
}

({ read, index, write })[how]();
