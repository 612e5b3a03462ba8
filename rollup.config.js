import dts from 'rollup-plugin-dts';

/** Bundles the library's types; Vite bundles its code. */
export default {
  input: 'src/index.ts',
  output: { file: 'dist/shaderprop.d.ts', format: 'es' },
  plugins: [dts()],
};
