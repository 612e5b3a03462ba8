/** What a visitor can choose. The page's fields and the address hold it as text; a run takes it checked. */

export const choices = {
  data: ['xor', 'circles', 'spirals', 'digits'],
  activation: ['tanh', 'relu', 'sigmoid', 'linear'],
  optimizer: ['adam', 'momentum', 'sgd'],
  backend: ['auto', 'webgpu', 'cpu'],
} as const;

export type DataName = (typeof choices.data)[number];
export type ActivationName = (typeof choices.activation)[number];
export type OptimizerName = (typeof choices.optimizer)[number];
export type BackendName = (typeof choices.backend)[number];

export interface Settings {
  data: DataName;
  /** Units of the hidden layers; none is a network that only draws straight lines. */
  layers: number[];
  activation: ActivationName;
  optimizer: OptimizerName;
  rate: number;
  batch: number;
  seed: number;
  backend: BackendName;
}

export type FieldName = keyof Settings;
export type Fields = Record<FieldName, string>;
/** What is wrong, by the field it is wrong in. */
export type FieldErrors = Partial<Record<FieldName, string>>;

type Suggestion = Pick<Fields, 'layers' | 'rate' | 'batch'> & Pick<Settings, 'activation'>;

/** A network that learns each set well; the rate is Adam's. */
const suggestions: Record<DataName, Suggestion> = {
  xor: { layers: '8', activation: 'tanh', rate: '0.03', batch: '4' },
  circles: { layers: '8, 4', activation: 'tanh', rate: '0.01', batch: '32' },
  spirals: { layers: '24, 16', activation: 'tanh', rate: '0.01', batch: '32' },
  digits: { layers: '64', activation: 'relu', rate: '0.002', batch: '32' },
};

/** How much larger the rate of an optimizer may be than Adam's on the same problem. */
const rateFactors: Record<OptimizerName, number> = { adam: 1, momentum: 5, sgd: 30 };

const mostLayers = 8;
const mostUnits = 1024;
const mostRows = 4096;

/** The fields that a link asks for; what it leaves out, or what is no choice, comes from the suggestions. */
export function completeFields(given: Partial<Fields>): Fields {
  const data = choose('data', given.data, 'circles');
  const optimizer = choose('optimizer', given.optimizer, 'adam');
  const suggested = suggestions[data];
  return {
    data,
    layers: given.layers ?? suggested.layers,
    activation: choose('activation', given.activation, suggested.activation),
    optimizer,
    rate: given.rate ?? suggestRate(data, optimizer),
    batch: given.batch ?? suggested.batch,
    seed: given.seed ?? '1',
    backend: choose('backend', given.backend, 'auto'),
  };
}

/** The fields after one of them was changed: a new data set or optimizer brings what suits it along. */
export function adaptFields(fields: Fields, changed: FieldName): Fields {
  const { data, optimizer, seed, backend, rate: _, ...network } = fields;
  if (changed === 'data') return completeFields({ data, optimizer, seed, backend });
  if (changed === 'optimizer') return completeFields({ data, optimizer, seed, backend, ...network });
  return fields;
}

export function readHash(hash: string): Fields {
  return completeFields(Object.fromEntries(new URLSearchParams(hash.replace(/^#/, ''))) as Partial<Fields>);
}

export function writeHash(fields: Fields): string {
  const entries = Object.entries(fields).map(([name, text]) => [name, text.replace(/[,\s]+/g, ',')]);
  // Commas are allowed in a fragment, and a link that can be read is a better link.
  return `#${new URLSearchParams(entries).toString().replaceAll('%2C', ',')}`;
}

/** The settings that the fields say, or what is wrong with them. */
export function readSettings(fields: Fields): { settings?: Settings; errors: FieldErrors } {
  const errors: FieldErrors = {};
  const read = <T>(name: FieldName, parse: (text: string) => T): T | undefined => {
    try {
      return parse(fields[name].trim());
    } catch (error) {
      errors[name] = (error as Error).message;
      return undefined;
    }
  };
  const settings = {
    ...fields,
    layers: read('layers', parseLayers),
    rate: read('rate', parseRate),
    batch: read('batch', (text) => parseInteger(text, 1, mostRows)),
    seed: read('seed', (text) => parseInteger(text, 0, 2 ** 31 - 1)),
  };
  return Object.keys(errors).length > 0 ? { errors } : { settings: settings as Settings, errors };
}

function parseLayers(text: string): number[] {
  const layers = text.split(/[,\s]+/).filter(Boolean);
  if (layers.length > mostLayers) throw new Error(`At most ${mostLayers} hidden layers, please.`);
  return layers.map((units) => {
    try {
      return parseInteger(units, 1, mostUnits);
    } catch {
      throw new Error(`“${units}” is no layer: write units from 1 to ${mostUnits}, such as 16, 8.`);
    }
  });
}

function parseRate(text: string): number {
  const rate = text === '' ? Number.NaN : Number(text);
  if (!(rate > 0 && rate <= 100)) throw new Error('A number above 0, such as 0.01.');
  return rate;
}

function parseInteger(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw new Error(`A whole number from ${least} to ${most}.`);
  return value;
}

function suggestRate(data: DataName, optimizer: OptimizerName): string {
  return String(Number((Number(suggestions[data].rate) * rateFactors[optimizer]).toPrecision(2)));
}

function choose<K extends keyof typeof choices>(
  name: K,
  value: string | undefined,
  otherwise: (typeof choices)[K][number],
): (typeof choices)[K][number] {
  return choices[name].find((choice) => choice === value) ?? otherwise;
}
