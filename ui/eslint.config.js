import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const oneBridge = {
  patterns: [{ group: ['@tauri-apps/*'], message: 'Only src/bridge/ knows how Rust is reached.' }],
};

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/generated'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      // The type checker knows which names exist.
      'no-undef': 'off',
      'no-restricted-imports': ['error', oneBridge],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "TSAsExpression:not([typeAnnotation.type='TSTypeReference'][typeAnnotation.typeName.name='const'])",
          message: 'No `as` outside the bridge: narrow instead.',
        },
        { selector: 'ExportDefaultDeclaration', message: 'Name what is exported.' },
        {
          selector: 'Literal[value=/#[0-9a-fA-F]{3,8}$|oklch\\(|rgba?\\(|hsla?\\(/]',
          message: 'Raw colours live in src/theme alone.',
        },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { destructuring: 'all' }],
      'svelte/no-at-html-tags': 'error',
      // Rows are immutable and kept raw: a deep map of 10,000 cards is what we avoid.
      'svelte/prefer-svelte-reactivity': 'off',
      // `void value` says that an effect depends on it.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
    },
  },
  {
    // The linter does not resolve the types of snippets and events in markup; svelte-check does.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  { files: ['src/theme/**'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['src/bridge/**'], rules: { 'no-restricted-imports': 'off', 'no-restricted-syntax': 'off' } },
  { files: ['*.config.ts', '*.config.js', 'eslint.config.js'], ...ts.configs.disableTypeChecked },
  { files: ['*.config.ts', '*.config.js'], rules: { 'no-restricted-syntax': 'off' } },
);
