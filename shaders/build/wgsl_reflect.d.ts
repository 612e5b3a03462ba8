// The package types its main entry only; the module build beside it is the same library.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
