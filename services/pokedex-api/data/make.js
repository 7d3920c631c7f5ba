// Writes pokemon.csv to stdout. See README.md.

const { Dex } = require("@pkmn/dex");
const pokemon = require("pokemon");

// A species has forms, which share its number; the one without a form's name is the species.
const species = Dex.species.all().filter((one) => one.forme === "");
const typesOf = new Map(species.map((one) => [one.num, one.types]));

console.log("id,name,type_1,type_2");
pokemon.all("en").forEach((name, index) => {
  const id = index + 1;
  const [first, second = ""] = typesOf.get(id);
  // One code point a letter: é is not e with an accent behind it.
  console.log([id, name.normalize("NFC"), first, second].join(","));
});
