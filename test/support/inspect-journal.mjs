// Prints what is in a journal file, as JSON: a process of its own, since libsql lets go of a file only at its end.
import Database from 'libsql';

const [, , file] = process.argv;
const database = new Database(file);
const [verdict] = database.pragma('quick_check(1)');
const rows = database.prepare('SELECT seq, type, data FROM events ORDER BY seq').all();
const snapshot = database.prepare('SELECT seq, state FROM snapshot').all()[0];
console.log(JSON.stringify({ check: Object.values(verdict)[0], rows, snapshot }));
