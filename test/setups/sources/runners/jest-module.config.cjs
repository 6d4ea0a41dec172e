module.exports = { testMatch: ['**/jest-module.test.mjs'], transform: {}, rootDir: __dirname, testTimeout: 60_000 };
