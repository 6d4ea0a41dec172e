module.exports = { testMatch: ['**/jest.test.cjs'], transform: {}, rootDir: __dirname, testTimeout: 60_000 };
