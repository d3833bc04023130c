import { createMemoryRepository } from '../support/memory-repository';
import { describeSessionRepository } from './session-repository';

const memory = createMemoryRepository();
describeSessionRepository({ name: 'in memory', connect: () => memory.connect() });
