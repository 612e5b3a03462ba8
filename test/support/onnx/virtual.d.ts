declare module 'virtual:onnx-node-tests' {
  const tests: readonly import('./nodeTest.ts').NodeTest[];
  export default tests;
}
