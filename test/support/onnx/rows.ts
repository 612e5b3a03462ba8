/** From tensors of any rank to the rows that a network of dense layers takes. */
import type { OnnxTensor } from './nodeTest.ts';

const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1);

/** The numbers along an axis, a row for each place on the other axes, in their order. */
export function rowsAlong({ shape, data }: OnnxTensor, axis: number): number[][] {
  const at = axis < 0 ? axis + shape.length : axis;
  const width = shape[at];
  const inner = product(shape.slice(at + 1));
  return Array.from({ length: data.length / width }, (_, row) => {
    const start = Math.floor(row / inner) * width * inner + (row % inner);
    return Array.from({ length: width }, (_, j) => data[start + j * inner]);
  });
}

/** The matrices on the last two axes. */
export function matrices({ shape, data }: OnnxTensor): number[][][] {
  const [rows, columns] = shape.slice(-2);
  return Array.from({ length: data.length / (rows * columns) }, (_, m) =>
    Array.from({ length: rows }, (_, r) =>
      data.slice((m * rows + r) * columns, (m * rows + r + 1) * columns),
    ),
  );
}

export const transposed = (matrix: readonly (readonly number[])[]) =>
  matrix[0].map((_, j) => matrix.map((row) => row[j]));

export const diagonal = (size: number, value = 1) =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? value : 0)));
