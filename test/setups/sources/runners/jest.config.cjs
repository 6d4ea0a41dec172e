module.exports = { testMatch: ['**/jest.test.cjs'], transform: {}, rootDir: __dirname };
