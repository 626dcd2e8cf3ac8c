/**
 * ISO/IEC 14443-3 type B memory cards (SR176, SRI512, SRIX4K, ST25TB): translator, helper and virtual silicon.
 * @packageDocumentation
 */
export {};
