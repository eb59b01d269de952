/**
 * A program for tests: starts an embedded PostgreSQL on the folder of its first argument (port: the second), says so in
 * one line of JSON on stdout and waits to be killed.
 */
import { startEmbeddedPostgres } from '../database/embedded-postgres.ts';

const [dataDir = '', port = '0'] = process.argv.slice(2);
const server = await startEmbeddedPostgres({ dataDir, port: Number(port) });
console.log(JSON.stringify({ pid: server.pid, port: server.port, url: server.url() }));
setInterval(() => undefined, 60_000);
