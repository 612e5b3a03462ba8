import type { Table } from '../../src/data/table.ts';
import { readTableFile, readTableSet } from '../data/tables.ts';
import { isFile, isTableName, type TrainCommand } from './trainCommand.ts';
import type { TableTask, TrainRequest } from './trainProtocol.ts';

/** What to send to the page: with it the table, where there is one. */
export function readRequest(command: TrainCommand): TrainRequest {
  const { dataset, epochs, batchSize, backend, seed } = command;
  return { dataset, epochs, batchSize, backend, seed, task: readTask(command) };
}

function readTask({ dataset, target, ignore, categories }: TrainCommand): TableTask | undefined {
  if (isTableName(dataset)) {
    const set = readTableSet(dataset);
    return createTask(set.table, target ?? set.target, ignore);
  }
  if (isFile(dataset) && target !== undefined) {
    return createTask(readTableFile(dataset, categories), target, ignore);
  }
  return undefined;
}

/** @throws when a column is not in the table */
export function createTask(table: Table, target: string, ignore: string[] = []): TableTask {
  const names = table.columns.map(({ name }) => name);
  for (const [option, columns] of Object.entries({ target: [target], ignore })) {
    const unknown = columns.find((column) => !names.includes(column));
    if (unknown !== undefined) {
      throw new Error(`--${option} must be one of the columns ${names.join(', ')}; got ${unknown}.`);
    }
  }
  return { table, target, ignore };
}
