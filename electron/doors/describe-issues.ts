import type * as z from 'zod';

/** More would help nobody and could make an answer far larger than its question. */
const mostIssues = 10;

/**
 * What is wrong with an input, as `path: reason`. Written here and not taken from the parser, so that neither a value nor a
 * name the caller made up is ever repeated: either may be a passphrase in the wrong place.
 */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.slice(0, mostIssues).map((issue) => `${pathOf(issue.path)}: ${reasonOf(issue)}`);
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(all)' : path.map(String).join('.');
}

function reasonOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'too_big':
      return `at most ${issue.maximum} (${issue.origin})`;
    case 'too_small':
      return `at least ${issue.minimum} (${issue.origin})`;
    case 'invalid_format':
      return 'wrong format';
    case 'unrecognized_keys':
      return 'unknown field';
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'custom':
      return issue.message; // the contract's own words, and names of its own
    default:
      return 'not acceptable';
  }
}
