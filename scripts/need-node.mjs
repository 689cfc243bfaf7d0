// Plain JavaScript so that an old Node can run it and say what to do.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `gp-connect needs Node 24; this is ${process.versions.node}. On Linux "npm ci" brings it (leave optional dependencies on); elsewhere install Node 24 and run again.`,
  );
  process.exit(1);
}
