declare module 'virtual:texts/en' {
  const texts: Record<string, string>
  export default texts
}
declare module 'virtual:texts/zh' {
  const texts: Record<string, string>
  export default texts
}
declare module 'virtual:texts/en/later' {
  const texts: Record<string, string>
  export default texts
}
declare module 'virtual:texts/zh/later' {
  const texts: Record<string, string>
  export default texts
}
declare module 'virtual:attack' {
  const names: Record<string, string>
  export default names
}
declare module '*.css'
declare module '@fontsource-variable/inter'
