// A client of 1E frames: the library `mcprotocol` reads and writes what it is told, then hangs up.
// node slmp_1e.js HOST PORT binary|ascii WORK…; a work is read=D0,4 or write=D200,2=1,2. A write is the last one:
// version 0.1.2 looks for its complete code behind the end of a 1E response, which Node refuses; by then it is answered.
"use strict";

const path = require("path");
const MCProtocol = require(path.resolve(process.env.PLANT_NODE || "build/plant-node", "node_modules/mcprotocol"));

const [host, port, code, ...works] = process.argv.slice(2);
const connection = new MCProtocol();

async function readAll(address) {
  connection.addItems(address);
  await new Promise((done) => connection.readAllItems(done));
  connection.removeItems(address);
}

async function write(address, text) {
  const values = text.split(",").map(Number);
  const value = values.length > 1 ? values : values[0];
  await new Promise((done) => connection.writeItems(address, value, done));
}

async function work() {
  for (const each of works) {
    const [verb, address, values] = each.split("=");
    if (verb === "read") await readAll(address);
    else await write(address, values);
  }
  connection.dropConnection();
  setTimeout(() => process.exit(0), 50);
}

process.on("uncaughtException", (error) => {
  const expected = error.code === "ERR_OUT_OF_RANGE" && works.at(-1).startsWith("write=");
  if (!expected) console.error(error);
  process.exit(expected ? 0 : 1);
});

const settings = { host, port: Number(port), ascii: code === "ascii", octalInputOutput: false };
connection.initiateConnection(settings, (error) => {
  if (error) {
    console.error(error);
    process.exit(1);
  }
  work();
});
