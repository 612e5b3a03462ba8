/** Node's side of ONNX's node tests: decodes those that Debian's package `libonnx-testdata` installs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import protobuf from 'protobufjs';
import type { NodeTest, OnnxTensor } from './nodeTest.ts';

export const packaged = '/usr/share/libonnx-testdata/data/node';
const schema = readFileSync(resolve(import.meta.dirname, 'onnx.proto'), 'utf8');
const { root } = protobuf.parse(schema, { keepCase: true });

/**
 * ONNX 1.12 computed this test's outputs with an ε that its node does not state; later releases state it
 * (onnx/backend/test/case/node/adam.py).
 */
const unstated: Record<string, NodeTest['attributes']> = { test_adam_multiple: { epsilon: 0.01 } };

interface Attribute {
  readonly name: string;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
}

interface Model {
  readonly graph: {
    readonly node: readonly { readonly op_type: string; readonly attribute?: Attribute[] }[];
  };
}

interface Tensor {
  readonly name: string;
  readonly dims?: readonly number[];
  readonly data_type: number;
  readonly raw_data: Buffer;
}

/** The tests of these operators that are of one node; the expanded ones spell the same numbers as many. */
export function readNodeTests(operators: readonly string[], folder = packaged): NodeTest[] {
  if (!existsSync(folder)) {
    throw new Error(`${folder} is not there: ONNX's node tests come with Debian's package libonnx-testdata`);
  }
  return readdirSync(folder)
    .sort()
    .flatMap((name) => readNodeTest(join(folder, name), name, operators));
}

function readNodeTest(folder: string, name: string, operators: readonly string[]): NodeTest[] {
  const [node, ...more] = decode<Model>('ModelProto', join(folder, 'model.onnx')).graph.node;
  if (more.length > 0 || !operators.includes(node.op_type)) return [];
  const stated = (node.attribute ?? []).map((given) => [given.name, attributeValue(given)]);
  const attributes = { ...unstated[name], ...Object.fromEntries(stated) };
  const sets = readdirSync(folder).filter((entry) => entry.startsWith('test_data_set_'));
  return sets.map((set, i) => ({
    name: i === 0 ? name : `${name}, data set ${i}`,
    operator: node.op_type,
    attributes,
    inputs: readTensors(join(folder, set), 'input'),
    outputs: readTensors(join(folder, set), 'output'),
  }));
}

function readTensors(folder: string, kind: 'input' | 'output'): OnnxTensor[] {
  const count = readdirSync(folder).filter((file) => file.startsWith(`${kind}_`)).length;
  return Array.from({ length: count }, (_, i) => readTensor(join(folder, `${kind}_${i}.pb`)));
}

const attributeValue = ({ f, i, s }: Attribute) => f ?? i ?? Buffer.from(s ?? []).toString();

/** By TensorProto.DataType. */
const elements: Record<number, { size: number; read: (data: Buffer, at: number) => number }> = {
  1: { size: 4, read: (data, at) => data.readFloatLE(at) },
  6: { size: 4, read: (data, at) => data.readInt32LE(at) },
  7: { size: 8, read: (data, at) => Number(data.readBigInt64LE(at)) },
};

function readTensor(file: string): OnnxTensor {
  const { name, dims = [], data_type, raw_data } = decode<Tensor>('TensorProto', file);
  const element = elements[data_type];
  if (!element) throw new Error(`${file}: data type ${data_type} is none that these tests know`);
  const { size, read } = element;
  const data = Array.from({ length: raw_data.length / size }, (_, i) => read(raw_data, i * size));
  return { name, shape: dims, data };
}

function decode<T>(message: string, file: string): T {
  const type = root.lookupType(message);
  return type.toObject(type.decode(readFileSync(file)), { longs: Number }) as T;
}
