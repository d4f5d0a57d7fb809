import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['node_modules'] },
  ...tseslint.configs.strict,
  {
    rules: {
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'text from packets is never HTML' },
      ],
    },
  },
)
