import fc from 'fast-check';

/**
 * Every run of the default tests draws the same cases, so that one that fails can be run again, and a change that has
 * nothing to do with it passes. `npm run test:full` draws new ones each time; fast-check prints the seed of a failure.
 */
if (process.env['MESHTUI_FULL'] === undefined) fc.configureGlobal({ seed: 1 });
