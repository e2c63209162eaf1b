export { GRID, type Profile, SAMPLE_UNITS, type SampleDevice, type SampleUnit } from './devices.ts';
export { SAMPLE_LABEL, type SampleWindow, sampleGeneration, sampleWindow } from './generation.ts';
