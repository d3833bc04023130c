import { contract, type AppEvent } from '../../shared/contract/contract';
import { describeIssues } from './describe-issues';
import type { Report } from './dispatch';

/** An event as the contract has it, or undefined (and a report) where a service emitted something else: output is parsed too. */
export function parseOutgoing(event: AppEvent, report: Report): AppEvent | undefined {
  const schema = Object.hasOwn(contract.events, event.type) ? contract.events[event.type] : undefined;
  const parsed = schema?.safeParse(event);
  if (parsed?.success) return parsed.data;
  report('event', new Error(`event does not fit: ${parsed ? describeIssues(parsed.error.issues).join(', ') : 'unknown type'}`));
  return undefined;
}
