export declare function dice(seed: number): (below: number) => number;
