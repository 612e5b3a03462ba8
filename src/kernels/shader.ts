/** The scalar types a shader of this library uses. */
export type Scalar = 'f32' | 'u32' | 'i32' | 'bool';

export interface Binding {
  readonly group: number;
  readonly binding: number;
  readonly access: 'read' | 'read_write' | 'uniform';
  /** Element type of a storage array, or the name of a uniform's struct. */
  readonly type: string;
}

export interface StructLayout {
  /** Bytes. */
  readonly size: number;
  readonly fields: Readonly<Record<string, { readonly offset: number; readonly type: Scalar }>>;
}

export interface ShaderConstant {
  /** A scalar type; of a list, the struct that its elements are. */
  readonly type: string;
  readonly isList?: true;
  readonly default: number;
}

/** Where a part of the linked code comes from, for error messages. */
export interface SourceRange {
  readonly file: string;
  /** The line of the linked code, counted from 1, that is the file's first. */
  readonly start: number;
}

/** What the build knows of a WGSL file: made by `shaders/build`, one typed module a shader. */
export interface Shader {
  readonly name: string;
  readonly code: string;
  readonly sources: readonly SourceRange[];
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly structs: Readonly<Record<string, StructLayout>>;
  /** What the code is specialised by: `override`s and marked `const`s. */
  readonly constants: Readonly<Record<string, ShaderConstant>>;
  /** The shader's own names for the values of a constant, such as `SIGMOID` for `ACTIVATION`. */
  readonly values: Readonly<Record<string, number>>;
  readonly workgroupSize: readonly [number, number, number];
}
