/** How a run's steps are put in chunks, and what comes right behind them. */
import { expect, test } from 'vitest';
import { emptyStep } from '../../src/kernels/kernel.ts';
import { feed } from '../../src/plan/feed.ts';
import { PlanBuilder } from '../../src/plan/plan.ts';
import { StepResults, StepTable } from '../../src/plan/steps.ts';

interface Setting {
  size: number;
  depth: number;
  most: number;
}

/** Runs so many steps on a device that answers in order; gives what happened: chunks by their steps. */
async function run(steps: number, { size, depth, most }: Setting, part?: number) {
  const plan = new PlanBuilder('test', 1, 8).build();
  const events: string[] = [];
  let onTheirWay = 0;
  let crowd = 0;
  const program = {
    ...{ depth, most, results: new StepResults(plan) },
    nextChunk() {
      const table = new StepTable(plan);
      const submit = async () => {
        events.push(String(table.count));
        crowd = Math.max(crowd, ++onTheirWay);
        await new Promise((resolve) => setTimeout(resolve));
        onTheirWay--;
        return undefined;
      };
      return { table, size, submit, release: () => {} };
    },
  };
  let left = steps;
  const source = (table: StepTable) => {
    if (left > 0) table.add({ ...emptyStep(), rows: 0 });
    return left-- > 0;
  };
  await feed(program, source, { part, onSubmitted: () => events.push('|') });
  return { events: events.join(' '), crowd };
}

const three: Setting = { size: 4, depth: 3, most: 8 };

test('a run is one part, and what is asked at its end comes right behind its last step', async () => {
  expect(await run(10, three)).toEqual({ events: '4 4 2 |', crowd: 3 });
  expect(await run(8, three)).toEqual({ events: '4 4 |', crowd: 2 });
});

test('a chunk ends with a part', async () => {
  expect((await run(12, three, 6)).events).toBe('4 2 | 4 2 |');
  expect((await run(8, three, 4)).events).toBe('4 | 4 |');
  expect((await run(7, three, 3)).events).toBe('3 | 3 | 1 |');
});

test('as many chunks are on their way as make up whole ones, and no more than may be', async () => {
  expect((await run(40, three)).crowd).toBe(3);
  expect((await run(40, three, 2)).crowd).toBe(6);
  expect((await run(40, three, 1)).crowd).toBe(8);
  expect((await run(40, { ...three, depth: 1, most: 1 }, 1)).crowd).toBe(1);
});
