/** How the faster of the ways to run a plan is found. */
import { describe, expect, test } from 'vitest';
import type { Way } from '../../src/gpu/way.ts';
import { type WayMaker, Ways } from '../../src/gpu/ways.ts';

const TARGET = 12;

/** A way that takes so many milliseconds a step; `events` notes that it is made and disposed of. */
function maker(name: string, events: string[], makes: () => Promise<void> = async () => {}): WayMaker {
  const way = { slots: 1000, dispose: () => events.push(`${name} gone`) } as unknown as Way;
  return {
    ...{ name, first: 1 },
    make: async () => {
      await makes();
      events.push(`${name} made`);
      return way;
    },
  };
}

/** Submissions one after the other, each as long as its way makes it: the names of the ways that had them. */
async function run(ways: Ways, submissions: number, speeds: Record<string, number>): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < submissions; i++) {
    const timed = ways.next;
    names.push(timed.name);
    ways.record(timed, timed.sizer.size, timed.sizer.size * speeds[timed.name], TARGET);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  }
  return names;
}

describe('of two ways', () => {
  test.each([
    ['the second', { one: 1, two: 0.1 }],
    ['the first', { one: 0.1, two: 1 }],
  ])('%s is kept where that is faster, and the other is disposed of', async (_which, speeds) => {
    const events: string[] = [];
    const chosen: string[] = [];
    const makers = [maker('one', events), maker('two', events)];
    const ways = await Ways.create(makers, (name) => chosen.push(name));
    const names = await run(ways, 40, speeds);
    const [fast, slow] = speeds.one < speeds.two ? ['one', 'two'] : ['two', 'one'];
    expect(chosen).toEqual([fast]);
    expect(new Set(names)).toEqual(new Set(['one', 'two']));
    expect(new Set(names.slice(20))).toEqual(new Set([fast]));
    expect(events).toEqual(['one made', 'two made', `${slow} gone`]);
    ways.dispose();
    expect(events.at(-1)).toBe(`${fast} gone`);
  });

  test('the slower is not kept for steps too short for a coarse clock', async () => {
    const events: string[] = [];
    const ways = await Ways.create([maker('one', events), maker('two', events)], () => {});
    const names: string[] = [];
    for (let i = 0; i < 60; i++) {
      const timed = ways.next;
      names.push(timed.name);
      const milliseconds = timed.sizer.size * (timed.name === 'one' ? 0.01 : 0.3);
      ways.record(timed, timed.sizer.size, milliseconds < 0.5 ? 0 : milliseconds, TARGET);
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(new Set(names)).toEqual(new Set(['one', 'two']));
    expect(names.at(-1)).toBe('one');
  });

  test('the second is not made for a short training', async () => {
    const events: string[] = [];
    const ways = await Ways.create([maker('one', events), maker('two', events)], () => {});
    await run(ways, 3, { one: 1 });
    expect(events).toEqual(['one made']);
  });

  test('the second takes the place of a first that cannot be made', async () => {
    const events: string[] = [];
    const broken = maker('one', events, () => Promise.reject(new Error('does not compile')));
    const ways = await Ways.create([broken, maker('two', events)], () => {});
    expect(await run(ways, 2, { two: 1 })).toEqual(['two', 'two']);
    await expect(Ways.create([broken], () => {})).rejects.toThrow('does not compile');
  });

  test('the first stays where the second cannot be made', async () => {
    const events: string[] = [];
    const broken = maker('two', events, () => Promise.reject(new Error('does not compile')));
    const ways = await Ways.create([maker('one', events), broken], () => {});
    expect(new Set(await run(ways, 30, { one: 1 }))).toEqual(new Set(['one']));
  });

  test('one that is made after the end is disposed of', async () => {
    const events: string[] = [];
    let finish = () => {};
    const late = maker('two', events, () => new Promise((resolve) => (finish = resolve)));
    const ways = await Ways.create([maker('one', events), late], () => {});
    await run(ways, 10, { one: 1 });
    ways.dispose();
    finish();
    await expect.poll(() => events).toEqual(['one made', 'one gone', 'two made', 'two gone']);
  });
});
