import { z } from 'zod';

/** The value of a fault that is there or not. */
export const flag = z.literal(true);

export const flagForm = 'true';
