import * as z from 'zod';

// The schemas of the double would try `new Function`, which the policy refuses. The window itself carries no schema.
z.config({ jitless: true });
