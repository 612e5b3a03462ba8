// Prints `N passed, N failed` from Vitest's JSON report; fails when a test failed or none ran.
import { readFileSync } from 'node:fs';

// Vitest writes no report when it could not start.
const report = readFileSync(process.argv[2], 'utf8') || '{ "testResults": [] }';
const { testResults } = JSON.parse(report);
const count = (file, status) => file.assertionResults.filter((test) => test.status === status).length;
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

const passed = sum(testResults.map((file) => count(file, 'passed')));
// A file that could not even start has no tests to its name, and counts as one failure.
const failed = sum(testResults.map((file) => count(file, 'failed') || (file.status === 'failed' ? 1 : 0)));

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
