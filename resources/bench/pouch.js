// A peer to measure against: PouchDB with a local LevelDB, told what to do by lines of JSON on its standard input.
// Environment: MODULES (node_modules), REMOTE (database's address), PLACE (folder for local databases).
const path = require('path'), fs = require('fs'), readline = require('readline');
const PouchDB = require(path.join(process.env.MODULES, 'pouchdb-node'));
const remote = new PouchDB(process.env.REMOTE);
const WORDS = 'обращение жители ремонт отопление кровля справка маршрут двор подъезд очередь школа дорога'.split(' ');
const PATIENCE_MS = 5000, GAP_MS = 20, BATCH = { batch_size: 1000, batches_limit: 10 };
let local = null, place = '', nextId = 0;

const text = (at) => {
  let state = at + 1;
  const words = [];
  while (words.length < 62) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    words.push(WORDS[state % WORDS.length] + (state % 97 === 0 ? at : ''));
  }
  return words.join(' ');
};
const message = () => {
  const at = nextId++;
  return {
    _id: 'm' + String(at).padStart(9, '0'), number: String(at), author: at % 400, registered: 1700000000 + at,
    channel: at % 5, stage: at % 9, organisation: at % 40, address: 'ул. Садовая, д. ' + (at % 120), text: text(at),
  };
};
const some = (count) => Array.from({ length: count }, message);
const fresh = async () => {
  if (local) { await local.close(); fs.rmSync(place, { recursive: true, force: true }); }
  place = path.join(process.env.PLACE, 'local' + Date.now());
  local = new PouchDB(place);
};
const pulled = async () => {
  const began = performance.now();
  const told = await PouchDB.replicate(remote, local, BATCH);
  return { ms: performance.now() - began, docs: told.docs_written };
};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const orders = {
  load: async ({ count }) => {
    for (let left = count; left > 0; left -= 1000) await remote.bulkDocs(some(Math.min(left, 1000)));
    return {};
  },
  first: async () => { await fresh(); return pulled(); },
  pull: pulled,
  changes: async ({ count }) => { await remote.bulkDocs(some(count)); return pulled(); },
  live: async ({ count }) => {
    const writer = new PouchDB(process.env.REMOTE), waiting = new Map(), took = [];
    const since = (await remote.info()).update_seq;
    const replication = PouchDB.replicate(remote, local, { live: true, retry: true, since });
    const watched = local.changes({ live: true, since: 'now' });
    watched.on('change', (one) => { const seen = waiting.get(one.id); if (seen) seen(performance.now()); });
    await pause(1500);
    for (const one of some(count)) {
      const seen = new Promise((done) => waiting.set(one._id, done));
      const began = performance.now();
      await writer.put(one);
      const at = await Promise.race([seen, pause(PATIENCE_MS).then(() => null)]);
      took.push(at === null ? null : at - began);
      await pause(GAP_MS);
    }
    watched.cancel();
    replication.cancel();
    await pause(200);
    return { took };
  },
};

const answer = (value) => process.stdout.write(JSON.stringify(value) + '\n');
const lines = readline.createInterface({ input: process.stdin });
(async () => {
  for await (const line of lines) {
    const order = JSON.parse(line);
    try { answer(await orders[order.order](order)); } catch (wrong) { answer({ wrong: String(wrong) }); }
  }
  process.exit(0);
})();
