// workerd, as its test service.
import projects from "./projects.json";
import { answer } from "./suite.mjs";

export default {
  async test() {
    console.log(await answer(projects));
  },
};
