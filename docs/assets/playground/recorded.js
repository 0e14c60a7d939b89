globalThis.UnblockedPlayground.recorded = {"where": "", "note": "", "of": 5, "runs": {}};
